package main

import (
	"net"
	"runtime"
	"testing"
)

func TestConnectionsMadeBeforeCloseAreHandedOut(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has it")
	}
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const made = 5
	for range made {
		connection, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := connection.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for range made {
		connection, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if n, err := connection.Read(make([]byte, 1)); n != 1 {
			t.Errorf("the connection reads %d bytes, %v", n, err)
		}
	}
	if connection, err := l.Accept(); err == nil {
		connection.Close()
		t.Error("there is one more connection than were made")
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener takes connections after it was closed")
	}
}
