namespace Conductor.PluginLoading;

/// <summary>Holds a plugin's references against what it will find: a missing assembly is a sentence now, not an exception in a call.</summary>
internal static class ReferenceCheck
{
    private const string ContractAssembly = "Conductor.Abstractions";

    /// <exception cref="PluginRejectedException">A reference cannot be met; the message names it.</exception>
    public static void Require(PluginImage image, PluginFiles files, SharedAssemblyList shared)
    {
        var wanted = image.Manifest!.ContractVersion;
        var current = Plugins.ContractVersion.Current;
        if (!Plugins.ContractVersion.Accepts(wanted))
        {
            throw new PluginRejectedException(
                $"'{files.Main}' was built against version {wanted} of the plugin contract; this host has {current} and takes the same major " +
                $"with no newer minor. Build it against {ContractAssembly} {current.ToString(2)}, or update Conductor.");
        }

        var own = OwnAssemblies(files);
        foreach (var reference in image.References)
        {
            RequireReference(reference, files.Main, own.ContainsKey(reference.Name), shared);
        }

        // A dependency's references may never be used, so a missing one is no fault; a newer shared one would break as soon as a type crosses over.
        foreach (var (name, path) in own)
        {
            if (!shared.IsShared(name) && path != files.MainPath)
            {
                foreach (var reference in ManifestReader.ReadReferences(path).Where(reference => shared.IsShared(reference.Name)))
                {
                    RequireNotNewer(reference, SharedAssemblyList.HostVersion(reference.Name), Path.GetFileName(path));
                }
            }
        }
    }

    private static void RequireReference(AssemblyReferenceName reference, string file, bool isInFolder, SharedAssemblyList shared)
    {
        if (reference.Name == ContractAssembly || (isInFolder && !shared.IsShared(reference.Name)))
        {
            return;
        }

        var host = SharedAssemblyList.HostVersion(reference.Name);
        if (host is not null)
        {
            RequireNotNewer(reference, host, file);
        }
        else if (!isInFolder)
        {
            throw new PluginRejectedException(
                $"'{file}' needs {reference.Name} {reference.Version}, which is neither beside it nor in the host. " +
                "Put the plugin and its dependencies into one folder named after its DLL; a build with EnableDynamicLoading=true puts them there.");
        }
    }

    private static void RequireNotNewer(AssemblyReferenceName reference, Version? host, string file)
    {
        if (host is null || reference.Version <= host)
        {
            return;
        }

        throw new PluginRejectedException(reference.Name == "System.Runtime"
            ? $"'{file}' was built for .NET {reference.Version.ToString(2)}; this host runs on .NET {host.ToString(2)}. " +
              $"Build it for net{host.ToString(2)}."
            : $"'{file}' was built against {reference.Name} {reference.Version}; the host has {host}, and a plugin uses the host's. " +
              $"Build it against {reference.Name} {host.ToString(3)} or older, or update Conductor.");
    }

    // By simple name, of the plugin's root folder only: below it lie resources and native libraries.
    private static Dictionary<string, string> OwnAssemblies(PluginFiles files) => files.Names
        .Where(name => !name.Contains('/', StringComparison.Ordinal) && name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        .DistinctBy(name => name, StringComparer.OrdinalIgnoreCase) // 'A.dll' beside 'a.dll': the runtime takes one of them
        .ToDictionary(name => name[..^4], files.PathOf, StringComparer.OrdinalIgnoreCase);
}
