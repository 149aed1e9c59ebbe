package peertls

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	secretA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	secretB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func prepare(t *testing.T, secrets string, hosts ...string) Files {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secrets), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := Prepare(Options{Directory: filepath.Join(t.TempDir(), "tls"), SecretFile: file, Hosts: hosts, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func leaf(t *testing.T, f Files) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(read(t, f.Certificate))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// trusts reports whether a takes b for a member called host.
func trusts(t *testing.T, a, b Files, host string) bool {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(read(t, a.Authorities))
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if _, err := leaf(t, b).Verify(x509.VerifyOptions{Roots: pool, DNSName: host, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			return false
		}
	}
	return true
}

// The authority of a secret is fixed for ever, or members of two versions
// could not talk to each other.
func TestTheAuthorityOfASecretIsAlwaysTheSame(t *testing.T) {
	a, err := deriveAuthority(secretA)
	if err != nil {
		t.Fatal(err)
	}
	const want = "604e040a87e6ee68928bbc5055361a294d3565c3"
	if got := hex.EncodeToString(a.certificate.SubjectKeyId); got != want {
		t.Errorf("the authority's key is %s, want %s", got, want)
	}
	if again, err := deriveAuthority(secretA); err != nil || !bytes.Equal(again.pem(), a.pem()) {
		t.Errorf("the certificate differs between derivations: %v", err)
	}
}

func TestMembersOfOneSecretTrustEachOther(t *testing.T) {
	a, b := prepare(t, secretA, "berth-0.peers"), prepare(t, secretA+"\n", "berth-1.peers")
	if !trusts(t, a, b, "berth-1.peers") || !trusts(t, b, a, "berth-0.peers") {
		t.Error("members of one secret do not trust each other")
	}
	if trusts(t, a, b, "berth-2.peers") {
		t.Error("a member is taken for another")
	}
	if other := prepare(t, secretB, "berth-1.peers"); trusts(t, a, other, "berth-1.peers") {
		t.Error("a member of another secret is trusted")
	}
}

func TestASecretIsReplacedInTwoRolls(t *testing.T) {
	const host = "berth.peers"
	stages := []Files{
		prepare(t, secretA, host),
		prepare(t, secretA+"\n"+secretB, host),
		prepare(t, secretB+"\n"+secretA, host),
		prepare(t, secretB, host),
	}
	for i := range stages[:len(stages)-1] {
		if !trusts(t, stages[i], stages[i+1], host) || !trusts(t, stages[i+1], stages[i], host) {
			t.Errorf("stages %d and %d do not trust each other", i, i+1)
		}
	}
	if trusts(t, stages[0], stages[3], host) {
		t.Error("after the replacement the old secret is still trusted")
	}
}

func TestAMemberOnItsOwnKeepsASecretOfItsOwn(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "tls")
	for name, file := range map[string]string{"none": "", "missing": filepath.Join(directory, "none")} {
		options := Options{Directory: directory, SecretFile: file, Alone: true, Hosts: []string{"x"}, Log: discard()}
		a, err := Prepare(options)
		if err != nil {
			t.Fatal(name, err)
		}
		before := read(t, a.Authorities)
		b, err := Prepare(options)
		if err != nil || !bytes.Equal(before, read(t, b.Authorities)) {
			t.Errorf("%s: the secret is not kept: %v", name, err)
		}
		options.Alone = false
		if _, err := Prepare(options); err == nil {
			t.Errorf("%s: several members start without a secret they share", name)
		}
	}
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 4 {
		t.Errorf("the directory has %v, %v, want 4 files", entries, err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has permissions %v, want 0600", entry.Name(), info.Mode())
		}
	}
}

func TestABadFileOfSecretsIsRefusedWithoutTellingThem(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "empty",
		"\n \n":                              "empty",
		"hunter2":                            "line 1",
		secretA + "\n\nhunter2\n":            "line 3",
		"  " + strings.Repeat("x", 31) + " ": "31 characters",
	} {
		_, err := ParseSecrets("file", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseSecrets(%q) = %v, want an error with %q", text, err, want)
		}
	}
}

func TestACertificateOutlivesAProcess(t *testing.T) {
	if until := leaf(t, prepare(t, secretA, "x")).NotAfter; time.Until(until) < 5*365*24*time.Hour {
		t.Errorf("the certificate is valid until %s", until)
	}
}

func FuzzSecretsAreTheLinesThatAreLongEnough(f *testing.F) {
	f.Add([]byte(secretA + "\n" + secretB))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, text []byte) {
		secrets, err := ParseSecrets("file", text)
		if err != nil && secrets != nil || err == nil && len(secrets) == 0 {
			t.Errorf("ParseSecrets(%q) = %q, %v", text, secrets, err)
		}
		for _, secret := range secrets {
			if len(secret) < ShortestSecret || strings.ContainsAny(secret, "\n") || strings.TrimSpace(secret) != secret {
				t.Errorf("ParseSecrets(%q) takes %q", text, secret)
			}
		}
	})
}
