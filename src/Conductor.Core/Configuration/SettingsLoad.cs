using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>What came of reading the configuration.</summary>
/// <param name="Settings">The settings; null when there is any problem.</param>
/// <param name="Problems">Every mistake that was found, in the order of files and lines.</param>
/// <param name="Notes">What is no mistake but worth saying, for example `provider openai: disabled: no key`.</param>
/// <param name="Files">The files that settings come from or would come from, absolute; a change of any of them is a reason to load again.</param>
public sealed record SettingsLoad(ConductorSettings? Settings, IReadOnlyList<SettingsProblem> Problems, IReadOnlyList<string> Notes, IReadOnlyList<string> Files)
{
    /// <summary>The settings, or all problems as one exception.</summary>
    /// <exception cref="SettingsException">There are problems.</exception>
    public ConductorSettings Required => Settings ?? throw new SettingsException(Problems);

    /// <summary>Of the files' content just before they were read; null when there were none.</summary>
    internal string? Digest { get; init; }
}
