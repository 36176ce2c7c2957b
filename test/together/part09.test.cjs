require('./part.cjs')(9);
