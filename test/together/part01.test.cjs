require('./part.cjs')(1);
