require('./part.cjs')(8);
