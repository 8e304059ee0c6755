using System.Reflection;

namespace Conductor.Host;

/// <summary>What this build is called.</summary>
internal static class AppVersion
{
    /// <summary>For example `0.1.0`, without the commit that the build may add after `+`.</summary>
    public static string Text { get; } =
        typeof(AppVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>The plugin contract that this build offers.</summary>
    public static string Contract => Plugins.ContractVersion.Current.ToString(2);
}
