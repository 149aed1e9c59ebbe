package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func TestPeersNeedACertificateOfTheSameSecretAndDomain(t *testing.T) {
	s := openPeers(t)
	address := s.etcd.Peers[0].Addr().String()
	for _, test := range []struct {
		name, secret, domain string
		maximum              uint16
		accepted             bool
	}{
		{"same secret and domain", secret, "berth-peers.test.svc", tls.VersionTLS13, true},
		{"other secret", strings.ToUpper(secret), "berth-peers.test.svc", tls.VersionTLS13, false},
		{"other domain", secret, "berth-peers.other.svc", tls.VersionTLS13, false},
		{"no certificate", "", "berth-peers.test.svc", tls.VersionTLS13, false},
		{"TLS 1.2", secret, "berth-peers.test.svc", tls.VersionTLS12, false},
	} {
		config := &tls.Config{ServerName: "berth-0.berth-peers.test.svc", RootCAs: x509.NewCertPool(), MaxVersion: test.maximum}
		trusted := prepare(t, t.TempDir(), secret, "x")
		authorities, err := os.ReadFile(trusted.Authorities)
		if err != nil || !config.RootCAs.AppendCertsFromPEM(authorities) {
			t.Fatal("no authorities", err)
		}
		if test.secret != "" {
			files := prepare(t, t.TempDir(), test.secret, "berth-1."+test.domain, test.domain)
			certificate, err := tls.LoadX509KeyPair(files.Certificate, files.Key)
			if err != nil {
				t.Fatal(err)
			}
			// As told, whether or not the server asks for that authority.
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
		}
		if err := handshake(address, config); (err == nil) != test.accepted {
			t.Errorf("%s: error %v, want accepted %v", test.name, err, test.accepted)
		}
	}
}

// handshake reads too: in TLS 1.3 a client learns only then that the server
// refused it.
func handshake(address string, config *tls.Config) error {
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	_, err = connection.Read(make([]byte, 1))
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return nil // connected, with nothing to say
	}
	return err
}
