namespace Conductor.Settings;

/// <summary>The settings in force. They change as a whole: read <see cref="Current"/> once per call.</summary>
public interface ISettings
{
    ConductorSettings Current { get; }

    /// <summary>Raised after <see cref="Current"/> has changed.</summary>
    event Action<ConductorSettings>? Changed;
}
