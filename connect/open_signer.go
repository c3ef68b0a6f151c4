package connect

import (
	"crypto/rsa"
	"errors"

	"sluice/connect/sign"
)

// signerConfig mirrors the fields of the signers, one beside the other.
type signerConfig struct {
	Type     string `json:"type"`
	ClientID string `json:"clientId"`
	AppKey   string `json:"appKey"`

	MchID         string `json:"mchid"`
	SerialNo      string `json:"serialNo"`
	PlatformKeyID string `json:"platformKeyId"`
	PlatformKey   string `json:"platformKey"`

	AppID                 string `json:"appId"`
	AlipayPublicKey       string `json:"alipayPublicKey"`
	AppCertificate        string `json:"appCertificate"`
	AlipayCertificate     string `json:"alipayCertificate"`
	AlipayRootCertificate string `json:"alipayRootCertificate"`
}

// signerOf is nil for none.
func signerOf(d *Definition, s *signerConfig, o *options) (sign.Signer, error) {
	switch s.Type {
	case "pdd":
		return &sign.PDD{
			Entropy: o.entropy, ClientID: s.ClientID,
			ClientSecret: d.Secrets["clientSecret"], AccessToken: d.Secrets["accessToken"],
		}, nil
	case "douyin":
		return &sign.Douyin{
			Entropy: o.entropy, AppKey: s.AppKey,
			AppSecret: d.Secrets["appSecret"], AccessToken: d.Secrets["accessToken"],
		}, nil
	case "wechatpay":
		return wechatPayOf(d, s, o)
	case "alipay":
		return alipayOf(d, s, o)
	default:
		return nil, nil
	}
}

func privateKeyOf(d *Definition) (*rsa.PrivateKey, error) {
	key, err := sign.ParsePrivateKey(d.Secrets["privateKey"].Reveal())
	if err != nil {
		return nil, &configError{"/secrets/privateKey", err}
	}
	return key, nil
}

func wechatPayOf(d *Definition, s *signerConfig, o *options) (sign.Signer, error) {
	private, err := privateKeyOf(d)
	if err != nil {
		return nil, err
	}
	w := &sign.WechatPay{Entropy: o.entropy, MchID: s.MchID, SerialNo: s.SerialNo, PrivateKey: private}
	if s.PlatformKey == "" {
		return w, nil
	}
	w.Platform, w.Serial, err = sign.ParsePlatformKeys(s.PlatformKey, s.PlatformKeyID)
	switch {
	case errors.Is(err, sign.ErrNoKeyID):
		return nil, &configError{"/config/signer/platformKeyId", err}
	case err != nil:
		return nil, &configError{"/config/signer/platformKey", err}
	}
	return w, nil
}

// alipayOf is in the certificate mode where one of its three certificates is given; all of them are needed then.
func alipayOf(d *Definition, s *signerConfig, o *options) (sign.Signer, error) {
	private, err := privateKeyOf(d)
	if err != nil {
		return nil, err
	}
	a := &sign.Alipay{Entropy: o.entropy, AppID: s.AppID, PrivateKey: private, AppAuthToken: d.Secrets["appAuthToken"]}
	if s.AppCertificate == "" && s.AlipayCertificate == "" && s.AlipayRootCertificate == "" {
		if s.AlipayPublicKey == "" {
			return nil, &configError{"/config/signer/alipayPublicKey", errors.New("is missing: answers are verified with it, or with alipayCertificate")}
		}
		if a.PublicKey, err = sign.ParsePublicKey(s.AlipayPublicKey); err != nil {
			return nil, &configError{"/config/signer/alipayPublicKey", err}
		}
		if a.PublicKey.Equal(&private.PublicKey) {
			return nil, &configError{"/config/signer/alipayPublicKey", errors.New("is the app's own public key; the console shows Alipay's beside it")}
		}
		return a, nil
	}
	if s.AlipayPublicKey != "" {
		return nil, &configError{"/config/signer/alipayPublicKey", errors.New("is of the public key mode; leave it out beside certificates")}
	}
	return a, alipayCertificates(a, s)
}

func alipayCertificates(a *sign.Alipay, s *signerConfig) error {
	app, err := sign.ParseCertificates(s.AppCertificate)
	if err != nil {
		return &configError{"/config/signer/appCertificate", err}
	}
	if own, ok := app[0].PublicKey.(*rsa.PublicKey); !ok || !own.Equal(&a.PrivateKey.PublicKey) {
		return &configError{"/config/signer/appCertificate", errors.New("is not the certificate of this private key")}
	}
	platform, err := sign.ParseCertificates(s.AlipayCertificate)
	if err != nil {
		return &configError{"/config/signer/alipayCertificate", err}
	}
	if a.PublicKey, err = sign.ParsePublicKey(s.AlipayCertificate); err != nil {
		return &configError{"/config/signer/alipayCertificate", err}
	}
	roots, err := sign.ParseCertificates(s.AlipayRootCertificate)
	if err != nil {
		return &configError{"/config/signer/alipayRootCertificate", err}
	}
	a.AppCertSN, a.AlipayCertSN, a.RootCertSN = sign.CertificateSN(app[0]), sign.CertificateSN(platform[0]), sign.RootSN(roots)
	return nil
}
