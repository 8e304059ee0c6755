using Conductor.Settings;

namespace Conductor.Access;

/// <summary>A key that was made just now.</summary>
/// <param name="Settings">What is kept of it.</param>
/// <param name="Key">The key itself: shown once and kept nowhere.</param>
public sealed record IssuedKey(CallerKeySettings Settings, string Key)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"key {Settings.Tenant}/{Settings.Name}";
}
