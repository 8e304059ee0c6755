using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Primitives;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>The DLLs of this host that a plugin is compiled against: no package, and nobody to fetch one from, is needed.</summary>
internal static class ContractFiles
{
    private static readonly Type[] Carriers =
    [
        typeof(IModelProvider), typeof(IChatClient), typeof(IServiceCollection), typeof(IConfiguration), typeof(IChangeToken), typeof(IHttpClientFactory), typeof(ILogger),
        typeof(Microsoft.Extensions.Options.IOptions<>),
    ];

    /// <summary>Copies them into a folder.</summary>
    /// <exception cref="CliException">This host is a single file and has none.</exception>
    public static void CopyTo(string folder)
    {
        var files = Carriers.Select(type => Path.Combine(AppContext.BaseDirectory, type.Assembly.GetName().Name + ".dll") is var beside && File.Exists(beside) ? beside : LocationOf(type)).ToList();
        if (files.Find(file => !File.Exists(file)) is not null)
        {
            throw new CliException(ExitCodes.Failed, "This Conductor is a single file and has no DLLs to compile against. Give the folder with Conductor's packages as --packages DIR.");
        }

        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            if (Path.ChangeExtension(file, ".xml") is var documentation && File.Exists(documentation))
            {
                File.Copy(documentation, Path.Combine(folder, Path.GetFileName(documentation)), overwrite: true);
            }
        }
    }

#pragma warning disable IL3000 // empty in a single file, which is what the caller asks
    private static string LocationOf(Type type) => type.Assembly.Location;
#pragma warning restore IL3000
}
