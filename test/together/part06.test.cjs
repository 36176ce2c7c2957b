require('./part.cjs')(6);
