package main

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// takeWaiting accepts all connections there are without waiting for more, and
// returns a function that makes them fit for use.
func takeWaiting(l *net.TCPListener) func() []net.Conn {
	var taken []int
	if raw, err := l.SyscallConn(); err == nil {
		_ = raw.Control(func(descriptor uintptr) { // fails only if closed before, when none are left
			for {
				n, _, err := syscall.Accept4(int(descriptor), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
				switch {
				case err == nil:
					taken = append(taken, n)
				case !errors.Is(err, syscall.EINTR) && !errors.Is(err, syscall.ECONNABORTED):
					return
				}
			}
		})
	}
	return func() (connections []net.Conn) {
		for _, n := range taken {
			file := os.NewFile(uintptr(n), "")
			if connection, err := net.FileConn(file); err == nil {
				connections = append(connections, connection)
			}
			file.Close() // the connection has a descriptor of its own
		}
		return connections
	}
}
