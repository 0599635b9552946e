"""tls_front.py PORT DIRECTORY: TLS in front of the PostgreSQL at PORT, which has none, in records of 16 KiB, as poolers and newer
servers send them. Prints its own port. The certificate is made in DIRECTORY."""
import socket
import ssl
import struct
import subprocess
import sys
import threading

SSL_REQUEST = (8, 80877103)
GATHER_SECONDS = 0.01


def upwards(client, server):
    while data := client.recv(65536):
        server.sendall(data)
    server.shutdown(socket.SHUT_WR)


def downwards(server, client):
    """What comes together goes out as one piece."""
    while data := server.recv(65536):
        server.settimeout(GATHER_SECONDS)
        try:
            while more := server.recv(65536):
                data += more
        except TimeoutError:
            pass
        server.settimeout(None)
        client.sendall(data)
    client.close()


def quietly(work, *args):
    try:
        work(*args)
    except OSError:
        pass  # one of the two has hung up


def main(port, directory):
    certificate, key = f"{directory}/front.pem", f"{directory}/front.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=front", "-keyout", key,
                    "-out", certificate], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        assert struct.unpack("!II", client.recv(8)) == SSL_REQUEST
        client.sendall(b"S")
        client = context.wrap_socket(client, server_side=True)
        server = socket.create_connection(("127.0.0.1", port))
        for work, *args in ((upwards, client, server), (downwards, server, client)):
            threading.Thread(target=quietly, args=(work, *args), daemon=True).start()


main(int(sys.argv[1]), sys.argv[2])
