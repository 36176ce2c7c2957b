require('./part.cjs')(10);
