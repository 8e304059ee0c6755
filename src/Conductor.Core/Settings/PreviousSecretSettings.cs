namespace Conductor.Settings;

/// <summary>The secret that a key had before its last rotation: it is let in for a while yet.</summary>
/// <param name="Hash">32 bytes.</param>
/// <param name="IsPeppered">As <see cref="CallerKeySettings.IsPeppered"/>.</param>
/// <param name="Until">From then on it is refused.</param>
public sealed record PreviousSecretSettings(ReadOnlyMemory<byte> Hash, bool IsPeppered, DateTimeOffset Until);
