"""How much one PostgreSQL and some workers carry: ``make scale``, see docs/scale.md."""
