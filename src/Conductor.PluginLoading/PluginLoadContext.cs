using System.Reflection;
using System.Runtime.Loader;

namespace Conductor.PluginLoading;

/// <summary>The load context of one plugin: shared assemblies come from the host, all others from the plugin's own folder.</summary>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly string _folder;
    private readonly SharedAssemblyList _shared;
    private readonly AssemblyDependencyResolver? _resolver;

    public PluginLoadContext(string name, string mainPath, SharedAssemblyList shared, Action<string> dependencyFileIgnored)
        : base(name, isCollectible: true)
    {
        _folder = Path.GetDirectoryName(mainPath)!;
        _shared = shared;
        try
        {
            _resolver = new AssemblyDependencyResolver(mainPath);
        }
        catch (Exception failure) when (failure is InvalidOperationException or DllNotFoundException or EntryPointNotFoundException)
        {
            // A .deps.json that lists what is not there, or a host without hostpolicy (self-contained single file).
            dependencyFileIgnored(failure.Message);
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { Length: > 0 } name)
        {
            return null;
        }

        if (_shared.IsolatedPath(name) is { } copy)
        {
            return LoadFromAssemblyPath(copy);
        }

        // Null lets the host's context answer.
        var isHosts = _shared.IsShared(name) || SharedAssemblyList.IsFramework(name);
        if (isHosts && SharedAssemblyList.HostVersion(name) is { } host && (assemblyName.Version is null || assemblyName.Version <= host))
        {
            return null;
        }

        return FindOwn(assemblyName, name) is { } own ? LoadFromAssemblyPath(own) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) ?? NativeNames(unmanagedDllName)
            .Select(name => Path.Combine(_folder, name))
            .FirstOrDefault(File.Exists);
        return path is null ? 0 : LoadUnmanagedDllFromPath(path);
    }

    private string? FindOwn(AssemblyName assemblyName, string name)
    {
        if (_resolver?.ResolveAssemblyToPath(assemblyName) is { } resolved)
        {
            return resolved;
        }

        var path = string.IsNullOrEmpty(assemblyName.CultureName)
            ? Path.Combine(_folder, name + ".dll")
            : Path.Combine(_folder, assemblyName.CultureName, name + ".dll");
        return File.Exists(path) ? path : null;
    }

    private static string[] NativeNames(string name) =>
        OperatingSystem.IsWindows() ? [name, name + ".dll"]
        : OperatingSystem.IsMacOS() ? [name, $"lib{name}.dylib", name + ".dylib"]
        : [name, $"lib{name}.so", name + ".so"];
}
