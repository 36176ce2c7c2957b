require('./part.cjs')(3);
