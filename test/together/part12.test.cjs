require('./part.cjs')(12);
