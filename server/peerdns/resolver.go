package peerdns

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Resolver is a resolver that asks the book, and by way of it DNS. As the
// process's own, net.DefaultResolver, it serves those too who cannot be given
// one, such as etcd.
func (b *Book) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			_ = b.serve(ctx, server) // whoever asked notices
		}()
		return client, nil
	}}
}

// serve answers one question as DNS does over TCP (RFC 1035, section 4.2.2):
// messages follow their length.
func (b *Book) serve(ctx context.Context, connection io.ReadWriter) error {
	length := make([]byte, 2)
	if _, err := io.ReadFull(connection, length); err != nil {
		return err
	}
	query := make([]byte, binary.BigEndian.Uint16(length))
	if _, err := io.ReadFull(connection, query); err != nil {
		return err
	}
	answer, err := b.answer(ctx, query)
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(length, uint16(len(answer)))
	_, err = connection.Write(append(length, answer...))
	return err
}

func (b *Book) answer(ctx context.Context, query []byte) ([]byte, error) {
	var parser dnsmessage.Parser
	header, err := parser.Start(query)
	if err != nil {
		return nil, err
	}
	question, err := parser.Question()
	if err != nil {
		return nil, err
	}
	header.Response, header.RecursionAvailable = true, true
	message := dnsmessage.Message{Questions: []dnsmessage.Question{question}}
	message.Answers, header.RCode = b.records(ctx, question)
	message.Header = header
	return message.Pack()
}

// records are the addresses that question asks for: of a name that has others
// alone there are none, which is no error.
func (b *Book) records(ctx context.Context, question dnsmessage.Question) ([]dnsmessage.Resource, dnsmessage.RCode) {
	if question.Type != dnsmessage.TypeA && question.Type != dnsmessage.TypeAAAA {
		return nil, dnsmessage.RCodeNotImplemented
	}
	addresses, err := b.find(ctx, strings.TrimSuffix(question.Name.String(), "."))
	var failed *net.DNSError
	switch {
	case errors.As(err, &failed) && failed.IsNotFound:
		return nil, dnsmessage.RCodeNameError
	case err != nil:
		return nil, dnsmessage.RCodeServerFailure
	}
	var found []dnsmessage.Resource
	header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET} // nobody is to keep it
	for _, address := range addresses {
		switch address = address.Unmap(); {
		case address.Is4() && question.Type == dnsmessage.TypeA:
			found = append(found, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
		case address.Is6() && question.Type == dnsmessage.TypeAAAA:
			found = append(found, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
		}
	}
	return found, dnsmessage.RCodeSuccess
}
