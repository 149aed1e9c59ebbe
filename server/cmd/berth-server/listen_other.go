//go:build !linux

package main

import "net"

// takeWaiting takes nothing where it is not known how: what is waiting is
// then reset, as by any listener.
func takeWaiting(*net.TCPListener) func() []net.Conn {
	return func() []net.Conn { return nil }
}
