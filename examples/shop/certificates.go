package shop

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// certified is one of the certificates of Alipay's certificate mode.
type certified struct{ pem, sn string }

// certificates are the app's and Alipay's, both issued by the root.
type certificates struct{ app, alipay, root certified }

// rootIssuer is the root's name as RFC 2253 writes it, last part first.
const rootIssuer = "CN=Simulated Alipay Root,O=Simulated Shop,C=CN"

// certificates are made at their first use.
func (k *keyring) certificates() certificates {
	k.certify.Do(func() { k.issued = k.issue() })
	return k.issued
}

// issue makes what Alipay hands out in the certificate mode. RSA signatures of this kind need no randomness, so
// that the same keys give the same certificates.
func (k *keyring) issue() certificates {
	root := pkix.Name{CommonName: "Simulated Alipay Root", Organization: []string{"Simulated Shop"}, Country: []string{"CN"}}
	issue := func(subject pkix.Name, serial int64, key *rsa.PublicKey, authority bool) certified {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: subject, IsCA: authority, BasicConstraintsValid: authority,
			NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, china), NotAfter: time.Date(2045, 1, 1, 0, 0, 0, 0, china),
			SignatureAlgorithm: x509.SHA256WithRSA,
		}
		der, err := x509.CreateCertificate(nil, template, &x509.Certificate{Subject: root}, key, k.platform)
		if err != nil {
			return certified{}
		}
		return certified{
			pem: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
			sn:  certificateSN(rootIssuer, template.SerialNumber.String()),
		}
	}
	return certificates{
		app:    issue(pkix.Name{CommonName: "2021000000000001"}, 20211, k.merchant, false),
		alipay: issue(pkix.Name{CommonName: "Alipay"}, 20212, &k.platform.PublicKey, false),
		root:   issue(root, 20210, &k.platform.PublicKey, true),
	}
}
