require('./part.cjs')(7);
