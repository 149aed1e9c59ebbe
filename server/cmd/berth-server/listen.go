package main

import (
	"net"
	"sync"
)

// listener hands out, after it was closed, the connections that clients had
// made by then. To them they are open, and a request may be on its way: an
// ordinary listener would reset them.
type listener struct {
	*net.TCPListener

	mutex sync.Mutex
	left  []net.Conn
}

func listen(address string) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &listener{TCPListener: l.(*net.TCPListener)}, nil
}

// Accept returns an error only when nothing is left after Close. net/http
// goes on accepting until then, also while it shuts down.
func (l *listener) Accept() (net.Conn, error) {
	connection, err := l.TCPListener.Accept()
	if err == nil {
		return connection, nil
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.left) == 0 {
		return nil, err
	}
	connection, l.left = l.left[0], l.left[1:]
	return connection, nil
}

// Close takes what is waiting and closes with nothing in between, for each
// moment there is one in which a connection could come and be reset.
func (l *listener) Close() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	waiting := takeWaiting(l.TCPListener)
	err := l.TCPListener.Close()
	l.left = append(l.left, waiting()...)
	return err
}
