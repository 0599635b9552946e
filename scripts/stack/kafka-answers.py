"""kafka-answers.py HOST:PORT: exit 0 if the broker tells its metadata and has itself in it."""
import sys

from confluent_kafka.admin import AdminClient

try:
    admin = AdminClient({"bootstrap.servers": sys.argv[1], "log_level": 0})
    metadata = admin.list_topics(timeout=5)
except Exception as e:
    sys.exit(f"kafka-answers.py: {e}")
sys.exit(0 if metadata.brokers else "kafka-answers.py: no broker is registered yet")
