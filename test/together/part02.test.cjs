require('./part.cjs')(2);
