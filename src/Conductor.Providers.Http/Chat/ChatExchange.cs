using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>A request that went out and was accepted.</summary>
/// <param name="Reply">The reply; its reader disposes it.</param>
/// <param name="Losses">What was lost on the way.</param>
public readonly record struct ChatExchange(UpstreamReply Reply, LossReport Losses);
