namespace Conductor.Settings;

/// <summary>`storage.responses:`, what is kept of OpenAI's Responses dialect.</summary>
public sealed record ResponsesSettings
{
    /// <summary>Whether answers are kept at all. Without it no answer can be gone on from by its id.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long an answer is kept: 1 minute to 400 days.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most bytes of one tenant; the oldest leave first.</summary>
    public long MaxTenantBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Most bytes of items that one request may go on from, its own input not counted.</summary>
    public long MaxConversationBytes { get; init; } = 32L * 1024 * 1024;
}
