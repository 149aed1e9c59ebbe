// Package peertls makes the certificates by which members know each other.
//
// All members share a secret. From it each derives the same certificate
// authority, and with that signs a certificate of its own at every start: no
// certificate has to be handed out, renewed or kept. The file holds a secret
// a line; the first one signs and all are trusted, so that a secret is
// replaced in two rolls: first add the new one as the second line, then put
// it first, and at some later time remove the old one.
package peertls

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Files are where the certificates are, in PEM.
type Files struct {
	// Certificate and Key are the member's own, both as server and client.
	Certificate, Key string
	// Authorities are those trusted.
	Authorities string
}

// In is where Prepare puts the files of a directory.
func In(directory string) Files {
	return Files{
		Certificate: filepath.Join(directory, "certificate.pem"),
		Key:         filepath.Join(directory, "key.pem"),
		Authorities: filepath.Join(directory, "authorities.pem"),
	}
}

// Options say for whom to make certificates.
type Options struct {
	// Directory is where the files go; it is made if need be.
	Directory string
	// SecretFile holds the secrets. If it is empty, or there is no such
	// file, a member on its own makes a secret and keeps it in Directory.
	SecretFile string
	// Alone is true for a cluster of one member.
	Alone bool
	// Hosts are the names in the certificate, the member's own first.
	Hosts []string
	Log   *slog.Logger
}

// ErrNoSecret says that there is no file of secrets. A member on its own can
// make one; of several, each would make another.
var ErrNoSecret = errors.New("several members must share a secret, and there is none")

// Prepare writes the files, readable for their owner alone.
func Prepare(options Options) (Files, error) {
	if err := os.MkdirAll(options.Directory, 0o700); err != nil {
		return Files{}, fmt.Errorf("making the directory of certificates: %w", err)
	}
	secrets, err := secretsFor(options)
	if err != nil {
		return Files{}, err
	}
	var signer authority
	var trusted []byte
	for i, secret := range secrets {
		a, err := deriveAuthority(secret)
		if err != nil {
			return Files{}, fmt.Errorf("deriving the certificate authority: %w", err)
		}
		if i == 0 {
			signer = a
		}
		trusted = append(trusted, a.pem()...)
	}
	certificate, key, err := signer.sign(options.Hosts, time.Now())
	if err != nil {
		return Files{}, fmt.Errorf("signing the certificate: %w", err)
	}
	files := In(options.Directory)
	for file, content := range map[string][]byte{files.Certificate: certificate, files.Key: key, files.Authorities: trusted} {
		if err := write(file, content); err != nil {
			return Files{}, fmt.Errorf("writing certificates: %w", err)
		}
	}
	return files, nil
}

func secretsFor(options Options) ([]string, error) {
	file := options.SecretFile
	if file != "" {
		text, err := os.ReadFile(file)
		if err == nil {
			return ParseSecrets(file, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading the secret shared by members: %w", err)
		}
	}
	if !options.Alone {
		return nil, fmt.Errorf("%w: no file %q", ErrNoSecret, file)
	}
	file = filepath.Join(options.Directory, "secret")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		random := make([]byte, 32)
		// Never fails, nor returns less (crypto/rand since Go 1.24).
		_, _ = rand.Read(random)
		text = []byte(hex.EncodeToString(random) + "\n")
		options.Log.Info("made a secret for a member on its own", "file", file)
		err = write(file, text)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping a secret of its own: %w", err)
	}
	return ParseSecrets(file, text)
}

// write replaces a file at once: whoever reads it sees the old or the new.
func write(file string, content []byte) error {
	temporary := file + ".new"
	// A file left behind may have other permissions.
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary, file)
}
