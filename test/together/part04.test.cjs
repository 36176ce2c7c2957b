require('./part.cjs')(4);
