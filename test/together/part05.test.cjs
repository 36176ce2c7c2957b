require('./part.cjs')(5);
