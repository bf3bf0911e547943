package chain

import "context"

// state reads the end of the chain. It returns a Fault when the last checkpoint is forged, or when
// what this process has seen of the chain is gone or different: then nothing more is sealed or
// signed, which would make it look right.
func (s *Sealer) state(ctx context.Context) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state, err := s.store.ChainState(ctx, s.seen.Sequence)
	if err != nil {
		return State{}, err
	}
	signed := state.signed()
	if signed.Sequence < s.signed.Sequence || signed.Sequence == s.signed.Sequence && !signed.equal(s.signed) {
		return State{}, &Fault{Kind: Shortened, Sequence: s.signed.Sequence}
	}
	if signed.Sequence > s.signed.Sequence {
		list, err := s.keys.all(ctx)
		if err != nil {
			return State{}, err
		}
		if err := verifySignature(list, state.Checkpoint); err != nil {
			return State{}, err
		}
	}
	asked := Link{s.seen.Sequence, state.Asked}
	if state.Asked == nil && signed.Sequence >= s.seen.Sequence { // old records were removed
		asked = s.seen
	}
	if s.seen.Sequence > 0 && !asked.equal(s.seen) {
		return State{}, &Fault{Kind: Shortened, Sequence: s.seen.Sequence}
	}
	s.seen, s.signed = state.head(), signed
	return state, nil
}
