namespace Conductor.Plugins;

/// <summary>The version of this contract, compiled into every plugin as its reference to this assembly.</summary>
public static class ContractVersion
{
    /// <summary>The host's own version. A plugin needs the same major, and a minor not above this one.</summary>
    public static Version Current { get; } = typeof(ContractVersion).Assembly.GetName().Version!;

    /// <summary>Whether a plugin that was compiled against <paramref name="compiledAgainst"/> can run here.</summary>
    public static bool Accepts(Version compiledAgainst)
    {
        ArgumentNullException.ThrowIfNull(compiledAgainst);
        return compiledAgainst.Major == Current.Major && compiledAgainst.Minor <= Current.Minor;
    }
}
