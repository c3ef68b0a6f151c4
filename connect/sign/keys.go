package sign

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
)

// ParsePrivateKey reads an RSA private key: PEM or bare base64, PKCS#8 or PKCS#1. The error shows nothing of it.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	blocks, err := keyBlocks(text)
	if err != nil {
		return nil, err
	}
	switch kind := blocks[0].Type; {
	case strings.Contains(kind, "ENCRYPTED") || blocks[0].Headers["DEK-Info"] != "":
		return nil, errors.New("the private key is locked with a password: give it without one (openssl pkey -in KEY -out PLAIN)")
	case strings.Contains(kind, "CERTIFICATE"), strings.Contains(kind, "PUBLIC"):
		return nil, errors.New("this is a " + strings.ToLower(kind) + ", and the private key is needed")
	}
	if key, err := x509.ParsePKCS8PrivateKey(blocks[0].Bytes); err == nil {
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, errors.New("the private key is not an RSA key")
	}
	key, err := x509.ParsePKCS1PrivateKey(blocks[0].Bytes)
	if err != nil {
		return nil, errors.New("the private key is neither PKCS#8 nor PKCS#1, or a part of it is missing")
	}
	return key, nil
}

// ParsePublicKey reads an RSA public key: PEM or bare base64 of a public key or a certificate.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	blocks, err := keyBlocks(text)
	if err != nil {
		return nil, err
	}
	return publicKey(blocks[0])
}

// ParseCertificates reads one or several X.509 certificates: PEM blocks one after the other, or bare base64 of one. Of
// several, those that are of no use to an RSA signature may be unreadable: bundles hold SM2 ones, too.
func ParseCertificates(text string) ([]*x509.Certificate, error) {
	blocks, err := keyBlocks(text)
	if err != nil {
		return nil, err
	}
	var found []*x509.Certificate
	for _, block := range blocks {
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			found = append(found, certificate)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("holds no certificate (PEM that begins with -----BEGIN CERTIFICATE-----)")
	}
	return found, nil
}

func publicKey(block *pem.Block) (*rsa.PublicKey, error) {
	if strings.Contains(block.Type, "PRIVATE") {
		return nil, errors.New("this is a private key, and the platform's public key or certificate is needed")
	}
	if key, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("the public key is neither a public key nor a certificate")
		}
		parsed = certificate.PublicKey
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the public key is not an RSA key")
	}
	return key, nil
}

// maxBlocks bounds what one text may hold.
const maxBlocks = 64

// keyBlocks are the PEM blocks of a text, or the bytes behind bare base64 as one without a type; at least one. Line
// breaks that were pasted as \n are read as such.
func keyBlocks(text string) ([]*pem.Block, error) {
	text = strings.ReplaceAll(text, `\n`, "\n")
	var blocks []*pem.Block
	for rest := []byte(text); len(blocks) < maxBlocks; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		blocks = append(blocks, block)
	}
	if len(blocks) > 0 {
		return blocks, nil
	}
	if strings.Contains(text, "-----BEGIN") {
		return nil, errors.New("the PEM is broken: its lines must be as they were, with -----BEGIN…----- and -----END…----- in lines of their own")
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || len(der) == 0 {
		return nil, errors.New("the key is neither PEM nor base64")
	}
	return []*pem.Block{{Bytes: der}}, nil
}

// signRSA is SHA256withRSA (PKCS #1 v1.5) as standard base64, which two platforms use.
func signRSA(key *rsa.PrivateKey, message string) (string, error) {
	sum := sha256.Sum256([]byte(message))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("the private key cannot sign: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

func verifyRSA(key *rsa.PublicKey, message, signature string) error {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errors.New("the signature is not base64")
	}
	sum := sha256.Sum256([]byte(message))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw) != nil {
		return errors.New("the signature does not fit")
	}
	return nil
}
