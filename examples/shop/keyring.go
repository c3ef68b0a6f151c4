package shop

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"
)

// keyring holds the RSA keys of WeChat Pay, which serve Alipay, too. Keys that were not given are made from the seed at the first use, since that
// takes a moment and most callers never pay.
type keyring struct {
	seed     uint64
	once     sync.Once
	merchant *rsa.PublicKey
	// merchantPrivate is nil where the caller kept his own.
	merchantPrivate *rsa.PrivateKey
	platform        *rsa.PrivateKey

	certify sync.Once
	issued  certificates
}

func (k *keyring) load(seed uint64, c WeChatPayCredentials) error {
	k.seed = seed
	if c.MerchantPublicKey != "" {
		key, err := parsePEM(c.MerchantPublicKey, x509.ParsePKIXPublicKey)
		public, ok := key.(*rsa.PublicKey)
		if err != nil || !ok {
			return fmt.Errorf("shop: the merchant's public key is no RSA key in PKIX form: %w", err)
		}
		k.merchant = public
	}
	if c.PlatformPrivateKey != "" {
		key, err := parsePEM(c.PlatformPrivateKey, x509.ParsePKCS8PrivateKey)
		private, ok := key.(*rsa.PrivateKey)
		if err != nil || !ok {
			return fmt.Errorf("shop: the platform's private key is no RSA key in PKCS#8 form: %w", err)
		}
		k.platform = private
	}
	return nil
}

func parsePEM(text string, parse func([]byte) (any, error)) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	return parse(block.Bytes)
}

// ready makes what is missing.
func (k *keyring) ready() *keyring {
	k.once.Do(func() {
		if k.merchant == nil {
			k.merchantPrivate = makeKey(k.seed, "merchant")
			k.merchant = &k.merchantPrivate.PublicKey
		}
		if k.platform == nil {
			k.platform = makeKey(k.seed, "platform")
		}
	})
	return k
}

// complete writes the keys that were made into the credentials.
func (k *keyring) complete(c *WeChatPayCredentials) {
	k.ready()
	if k.merchantPrivate != nil {
		c.MerchantPrivateKey = privatePEM(k.merchantPrivate)
		c.MerchantPublicKey = publicPEM(k.merchant)
	}
	c.PlatformPrivateKey = privatePEM(k.platform)
	c.PlatformPublicKey = publicPEM(&k.platform.PublicKey)
}

// completeAlipay writes the same keys in Alipay's forms.
func (k *keyring) completeAlipay(c *AlipayCredentials) {
	k.ready()
	if k.merchantPrivate != nil {
		c.AppPrivateKey = base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(k.merchantPrivate))
	}
	if der, err := x509.MarshalPKIXPublicKey(&k.platform.PublicKey); err == nil {
		c.AlipayPublicKey = base64.StdEncoding.EncodeToString(der)
	}
	made := k.certificates()
	c.AppCertificate, c.AlipayCertificate, c.RootCertificate = made.app.pem, made.alipay.pem, made.root.pem
}

// makeKey makes a 2048-bit RSA key that depends on the seed alone: rsa.GenerateKey cannot, since it takes no other
// randomness than the system's. The key protects nothing.
func makeKey(seed uint64, name string) *rsa.PrivateKey {
	var chachaSeed [32]byte
	binary.LittleEndian.PutUint64(chachaSeed[:], seed)
	copy(chachaSeed[8:], name)
	random := rand.NewChaCha8(chachaSeed)
	e := big.NewInt(65537)
	for {
		p, q := makePrime(random, 1024, e), makePrime(random, 1024, e)
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
			D:         new(big.Int).ModInverse(e, phi),
			Primes:    []*big.Int{p, q},
		}
		if key.Validate() == nil {
			key.Precompute()
			return key
		}
	}
}

// makePrime searches upwards from a random odd number whose two top bits are set, so that a product has full length.
func makePrime(random *rand.ChaCha8, bits int, e *big.Int) *big.Int {
	text := make([]byte, bits/8)
	_, _ = random.Read(text)
	text[0] |= 0xc0
	text[len(text)-1] |= 1
	p, two, one := new(big.Int).SetBytes(text), big.NewInt(2), big.NewInt(1)
	for {
		coprime := new(big.Int).GCD(nil, nil, new(big.Int).Sub(p, one), e).Cmp(one) == 0
		if coprime && p.ProbablyPrime(1) {
			return p
		}
		p.Add(p, two)
	}
}

func privatePEM(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(key *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
