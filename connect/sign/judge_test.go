package sign_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/sign"
)

func TestRefusalsInGoodAnswers(t *testing.T) {
	t.Parallel()
	pdd, douyin := &sign.PDD{}, &sign.Douyin{}
	for _, c := range []struct {
		signer    sign.Signer
		body      string
		code      string
		permanent bool
		unknown   bool
	}{
		{pdd, `{"order_info_get_response":{"order_info":{}}}`, "", false, false},
		{pdd, `not json`, "", false, false},
		{pdd, `{"error_response":{"error_code":10019,"error_msg":"expired","sub_code":null}}`, "pdd.token", true, false},
		{pdd, `{"error_response":{"error_code":20004,"error_msg":"sign"}}`, "pdd.signature", true, false},
		{pdd, `{"error_response":{"error_code":20005}}`, "pdd.rejected", true, false},
		{pdd, `{"error_response":{"error_code":50001,"sub_msg":"x"}}`, "pdd.rejected", false, false},
		{pdd, `{"error_response":{"error_code":52004}}`, "pdd.rejected", true, false},
		{pdd, `{"error_response":{"error_code":52102}}`, "pdd.throttled", false, false},
		{pdd, `{"error_response":{"error_code":70031}}`, "pdd.throttled", false, false},
		{pdd, `{"error_response":{"error_code":70033}}`, "pdd.rejected", true, false},
		{douyin, `{"code":10000,"msg":"success","data":{"page":0}}`, "", false, false},
		{douyin, `{"err_no":0,"message":"success","data":{}}`, "", false, false},
		{douyin, `[]`, "", false, false},
		{douyin, `{"err_no":30001,"message":"no"}`, "douyin.rejected", true, false},
		{douyin, `{"code":30001,"msg":"no","sub_code":"dop.authorization-closed"}`, "douyin.token", true, false},
		{douyin, `{"code":40003,"sub_code":"isv.signature-invalid"}`, "douyin.signature", true, false},
		{douyin, `{"code":40003,"sub_code":"isv.access-token-expired"}`, "douyin.token", true, false},
		{douyin, `{"code":20000}`, "douyin.unavailable", false, false},
		{douyin, `{"code":20001}`, "douyin.unavailable", false, true},
		{douyin, `{"code":60000}`, "douyin.throttled", false, false},
		{douyin, `{"code":70000}`, "douyin.rejected", true, false},
	} {
		failure := c.signer.Judge(sign.Answer{Status: 200, Body: []byte(c.body)})
		if c.code == "" {
			require.Nil(t, failure, c.body)
			continue
		}
		require.NotNil(t, failure, c.body)
		require.Equal(t, c.code, failure.Code, c.body)
		require.Equal(t, c.permanent, failure.Permanent, c.body)
		require.Equal(t, c.unknown, failure.Unknown, c.body)
		require.NotEmpty(t, failure.Details, c.body)
		require.NotNil(t, failure.Body)
	}
}

func TestParseKeysRefuse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "no key", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"} {
		_, err := sign.ParsePrivateKey(text)
		require.Error(t, err)
		_, err = sign.ParsePublicKey(text)
		require.Error(t, err)
	}
}
