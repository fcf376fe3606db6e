package remotecall

// Import takes what ToPort gave into an account that is signed in.
func (s *Service) Import(t Token, export []byte) error { panic("not yet") }
