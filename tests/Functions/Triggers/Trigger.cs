using System.Reflection;
using System.Reflection.Emit;
using DgxMusic.Functions.Triggers;
using DgxMusic.Pipeline.Definitions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DgxMusic.Functions.Tests.Triggers;

/// <summary>A function of the app: its name and what calls it.</summary>
sealed record Trigger(string Name, MethodInfo Method, TriggerBindingAttribute Binding)
{
    public static IReadOnlyList<Trigger> All { get; } =
    [
        .. from type in typeof(OrchestrationTriggers).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
           let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
           where name is not null
           select new Trigger(name, method, method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>()).Single()),
    ];

    public static IEnumerable<string> NamesOf<T>()
        where T : TriggerBindingAttribute => All.Where(trigger => trigger.Binding is T).Select(trigger => trigger.Name);

    /// <summary>The steps that it hands on: the definitions that its code reads.</summary>
    public IEnumerable<string> Steps
    {
        get
        {
            byte[] code = Method.GetMethodBody()!.GetILAsByteArray()!;
            for (int at = 0; at + 5 <= code.Length; at++)
                if (code[at] == OpCodes.Ldsfld.Value && FieldAt(code.AsSpan(at + 1)) is { IsStatic: true } read && NameOf(read.GetValue(null)) is { } step) yield return step;
        }
    }

    // What looks like the instruction may be a part of another, whose bytes name no field.
    FieldInfo? FieldAt(ReadOnlySpan<byte> token)
    {
        try
        {
            return Method.Module.ResolveField(BitConverter.ToInt32(token));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static string? NameOf(object? value) => value switch { OrchestrationDefinition orchestration => orchestration.Name, ActivityDefinition activity => activity.Name, _ => null };

    /// <summary>Whether it is told where Durable Task is.</summary>
    public bool MeetsDurable => Method.GetParameters().Any(parameter => parameter.GetCustomAttribute<DurableClientAttribute>() is not null);
}
