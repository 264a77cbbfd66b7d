"""Passes TCP connections on to Unix sockets, for whoever runs it: `setpriv --reuid=N relay.py A B`.

Prints a port of 127.0.0.1 for each socket, and ends when its standard input does.
"""
import socket
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def join(near, path):
    with near, socket.socket(socket.AF_UNIX) as far:
        far.connect(path)
        back = threading.Thread(target=pump, args=(far, near), daemon=True)
        back.start()
        pump(near, far)
        back.join()


def serve(listener, path):
    while True:
        near, _ = listener.accept()
        threading.Thread(target=join, args=(near, path), daemon=True).start()


for each in sys.argv[1:]:
    here = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(here, each), daemon=True).start()
    print(here.getsockname()[1], flush=True)
sys.stdin.read()
