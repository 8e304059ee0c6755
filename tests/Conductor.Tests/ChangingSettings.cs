using Conductor.Settings;

namespace Conductor.Tests;

/// <summary>Settings that a test changes.</summary>
internal sealed class ChangingSettings(ConductorSettings first) : ISettings
{
    private ConductorSettings _current = first;

    public event Action<ConductorSettings>? Changed;

    public ConductorSettings Current
    {
        get => _current;
        set
        {
            _current = value;
            Changed?.Invoke(value);
        }
    }
}
