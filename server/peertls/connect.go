package peertls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Connect makes a configuration for either end of a connection between
// members: each must show a certificate of a trusted authority that has
// domain in it, so that a member of another installation is refused even if
// it has the same secret.
func (f Files) Connect(domain string) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the member's certificate: %w", err)
	}
	authorities, err := os.ReadFile(f.Authorities)
	if err != nil {
		return nil, fmt.Errorf("reading the authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("%s has no certificate", f.Authorities)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		RootCAs:      pool,
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS13,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the other end shows no certificate")
			}
			return state.PeerCertificates[0].VerifyHostname(domain)
		},
	}, nil
}
