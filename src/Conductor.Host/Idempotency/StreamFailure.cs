using Conductor.Errors;

namespace Conductor.Host.Idempotency;

/// <summary>What a stream's last event told its client, where that was an error.</summary>
internal sealed record StreamFailure(ConductorException Error);
