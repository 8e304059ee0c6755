using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Settings that never change.</summary>
public sealed class FixedSettings(ConductorSettings settings) : ISettings
{
    public ConductorSettings Current { get; } = settings;

    /// <summary>Never raised.</summary>
    public event Action<ConductorSettings>? Changed
    {
        add { }
        remove { }
    }
}
