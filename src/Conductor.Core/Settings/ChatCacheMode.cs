namespace Conductor.Settings;

/// <summary>Which chat completions may be answered from the cache.</summary>
public enum ChatCacheMode
{
    Off,
    TemperatureZero,
    On,
}
