using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>`plugins:`, its folders apart.</summary>
internal static class PluginsMapper
{
    public static PluginsSettings Map(SettingsReader section)
    {
        var standard = new PluginsSettings();
        var quarantine = section.Object("quarantine");
        return new PluginsSettings
        {
            Watch = section.Flag("watch", standard.Watch),
            DrainTimeout = section.Duration("drain_timeout", standard.DrainTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            Quarantine = new QuarantineSettings
            {
                Faults = quarantine.Integer("faults") ?? standard.Quarantine.Faults,
                Window = quarantine.Duration("window", standard.Quarantine.Window, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
                Time = quarantine.Duration("time", standard.Quarantine.Time, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
                MaxTime = quarantine.Duration("max_time", standard.Quarantine.MaxTime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            },
        };
    }
}
