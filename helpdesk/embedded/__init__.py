"""Runs the whole product on one machine: PostgreSQL and Redis from Python packages, web, worker and beat.

For a first look, for development and for the tests. Production names its own services with DATABASE_URL and
REDIS_URL and starts the processes itself (docker-compose.yml). Nothing outside this package imports it, and
it imports nothing of the product: it starts the same commands that a person would.
"""
