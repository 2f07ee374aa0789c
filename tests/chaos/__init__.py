"""The harness of durability: real processes on a real PostgreSQL, broken in every way there is.

``make chaos`` runs it at length, ``tests/integration/test_durability.py`` briefly. What is where:
``roles.py`` the processes, ``crowd.py`` starting, killing and freezing them, ``storm.py`` all of it
at once, ``loads.py`` a flood, a backlog and the whole program, ``report.py`` the table and the
drawing.
"""
