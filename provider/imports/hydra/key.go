package hydra

import (
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func (r *Reader) key(line int, k Key) imports.Item {
	item := imports.Item{Kind: imports.KindKey, Line: line, Name: k.KID, Source: source(map[string]any{"kid": k.KID, "set": k.Set})}
	private, err := r.secrets.open(k.Encrypted)
	if err != nil {
		item.Fault = &imports.Fault{Field: "/keydata", Reason: err.Error()}
		return item
	}
	public, err := keys.ParseForeign(private)
	if err != nil {
		item.Fault = &imports.Fault{Field: "/keydata", Reason: err.Error()}
		return item
	}
	if k.SignedUntil != nil {
		public.SignedUntil = *k.SignedUntil
	}
	item.Value = public
	return item
}
