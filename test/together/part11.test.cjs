require('./part.cjs')(11);
