// Copyright (c) 2026, the azauto.runas_migration authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Loads streams of graphical runbooks with the real BinaryFormatter and prints what it found, for graph_oracle.py.
//
// The classes below have the fields that the streams name, and nothing of the service's model: the formatter must be
// able to make each object of each stream, or it throws. It is safe on trusted files only, as BinaryFormatter is.

using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Formatters.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.GraphRunbook.Model.ExecutableView
{
    [Serializable] public class CaseInsensitiveName<T> { private string name; public override string ToString() { return name; } }
    [Serializable] public class ActivityName : CaseInsensitiveName<ActivityName> { }
    [Serializable] public class ParameterName : CaseInsensitiveName<ParameterName> { }
    [Serializable] public class AutomationAssetName : CaseInsensitiveName<AutomationAssetName> { }
    public interface IValueDescriptor { }
    [Serializable] public enum LinkType { Sequence, Pipeline }
}

namespace Orchestrator.GraphRunbook.Model
{
    using ExecutableView;

    [Serializable] public class GraphRunbook
    {
        public List<Parameter> parameters;
        public List<Activity> activities;
        public List<Link> links;
        [OptionalField] public List<Comment> comments;
        [OptionalField] public List<string> outputTypes;
    }

    [Serializable] public class Comment { }
    [Serializable] public enum ConditionMode { Enabled, Disabled }

    [Serializable] public class Condition
    {
        public string expression;
        public ConditionMode Mode { get; set; }
    }

    [Serializable] public class Parameter
    {
        public object DefaultValue { get; set; }
        public ParameterName Name { get; set; }
        public bool Optional { get; set; }
        public string TypeName { get; set; }
        public string Description { get; set; }
    }

    [Serializable] public class ParameterSet
    {
        public string Name { get; set; }
        public string OutputTypeName { get; set; }
        public List<Parameter> Parameters { get; set; }
    }

    [Serializable] public class Link
    {
        [OptionalField] public int? linkStreamType;
        public Condition condition;
        public string Description { get; set; }
        public string DestinationActivityEntityId { get; set; }
        public LinkType LinkType { get; set; }
        public string SourceActivityEntityId { get; set; }
    }

    [Serializable] public abstract class Activity
    {
        public ActivityName Name { get; set; }
        public string EntityId { get; set; }
        public int PositionX { get; set; }
        public int PositionY { get; set; }
        public string Description { get; set; }
    }

    [Serializable] public class JunctionActivity : Activity { }

    [Serializable] public abstract class LoopableActivity : Activity
    {
        private Condition loopExitCondition;
        public ConstantValueDescriptor LoopDelay { get; set; }
        public Condition Loop { get { return loopExitCondition; } }
    }

    [Serializable] public class WorkflowScriptActivity : LoopableActivity
    {
        public string Begin { get; set; }
        public string Process { get; set; }
        public string End { get; set; }
        public bool CheckpointAfter { get; set; }
        public bool ExceptionsToErrors { get; set; }
        [field: OptionalField] public List<string> OutputTypeNames { get; set; }
    }

    [Serializable] public abstract class InvocationActivity : LoopableActivity
    {
        public string ParameterSetName { get; set; }
        public Dictionary<ParameterName, IValueDescriptor> Parameters { get; set; }
        public string CustomParameters { get; set; }
        public bool CheckpointAfter { get; set; }
        public bool ExceptionsToErrors { get; set; }
    }

    [Serializable] public class CommandActivity : InvocationActivity { public CommandActivityType CommandType { get; set; } }
    [Serializable] public class InvokeRunbookActivity : InvocationActivity { public InvokeRunbookActivityType RunbookActivityType { get; set; } }

    [Serializable] public class CommandActivityType
    {
        public List<ParameterSet> InputParameterSets { get; set; }
        public string CommandName { get; set; }
        public string ModuleName { get; set; }
    }

    [Serializable] public class InvokeRunbookActivityType
    {
        public List<ParameterSet> InputParameterSets { get; set; }
        public string CommandName { get; set; }
    }

    [Serializable] public class ConstantValueDescriptor : IValueDescriptor { public object Value { get; set; } }
    [Serializable] public class NullConstantValueDescriptor : IValueDescriptor { }
    [Serializable] public class PowerShellExpressionValueDescriptor : IValueDescriptor { public string expression; }
    [Serializable] public class RunbookParameterValueDescriptor : IValueDescriptor { public ParameterName ParameterName { get; set; } }
    [Serializable] public class AutomationVariableValueDescriptor : IValueDescriptor { public AutomationAssetName VariableName { get; set; } }
    [Serializable] public class AutomationConnectionValueDescriptor : IValueDescriptor { public AutomationAssetName ConnectionName { get; set; } }
    [Serializable] public class AutomationCertificateValueDescriptor : IValueDescriptor { public AutomationAssetName CertificateName { get; set; } }
    [Serializable] public class AutomationCredentialValueDescriptor : IValueDescriptor { public AutomationAssetName CredentialName { get; set; } }

    [Serializable] public class ActivityOutputValueDescriptor : IValueDescriptor
    {
        [OptionalField] public int? streamType;
        public ActivityName ActivityName { get; set; }
        public string[] FieldPath { get; set; }
    }
}

namespace Oracle
{
    using Orchestrator.GraphRunbook.Model;

    // Every class of the service's model is the one above. Of the system's classes only those are made that graphs hold:
    // BinaryFormatter would make any class that a stream names.
    class Binder : SerializationBinder
    {
        static readonly Regex Library = new Regex(@", Orchestrator\.GraphRunbook\.Model, Version=[^\]]*");
        static readonly Regex Known = new Regex(
            @"^System\.(Collections\.Generic\.(List`1|Dictionary`2|KeyValuePair`2|ObjectEqualityComparer`1)\[\["
            + @"(System\.String|Orchestrator\.)|(Int32|String|Boolean|TimeSpan|Nullable`1\[\[System\.Int32)\b)");

        public override Type BindToType(string assembly, string name)
        {
            string own = Assembly.GetExecutingAssembly().FullName;
            string written = Library.Replace(name, ", " + own);
            if (assembly.StartsWith("Orchestrator.")) return Type.GetType(written + ", " + own, true);
            if (!Known.IsMatch(name)) throw new SerializationException("The stream names " + name + ".");
            return Type.GetType(written, true);
        }
    }

    static class Program
    {
        static string Shown(object value)
        {
            string text = value == null ? "" : value.ToString();
            return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        }

        static void Print(params object[] facts)
        {
            var words = new List<string>();
            foreach (object fact in facts) words.Add(Shown(fact));
            Console.WriteLine(string.Join(" ", words));
        }

        static void Print(GraphRunbook graph)
        {
            foreach (Parameter parameter in graph.parameters) Print("parameter", parameter.Name, parameter.DefaultValue as string);
            foreach (Activity activity in graph.activities) Print(activity);
            foreach (Link link in graph.links)
                Print("link", link.SourceActivityEntityId, link.DestinationActivityEntityId, link.LinkType,
                      IsEnabled(link.condition) ? link.condition.expression : "");
        }

        static bool IsEnabled(Condition condition)
        {
            return condition != null && condition.Mode == ConditionMode.Enabled && (condition.expression ?? "").Trim() != "";
        }

        static void Print(Activity activity)
        {
            Print("activity", activity.GetType().Name, activity.Name, activity.EntityId);
            var code = activity as WorkflowScriptActivity;
            if (code != null) Print("code", code.Begin, code.Process, code.End);
            var call = activity as InvocationActivity;
            if (call == null) return;
            var command = activity as CommandActivity;
            var runbook = activity as InvokeRunbookActivity;
            Print("call", command != null ? command.CommandType.CommandName : runbook.RunbookActivityType.CommandName);
            foreach (var pair in call.Parameters) Print("value", pair.Key, pair.Value.GetType().Name);
        }

        static int Main(string[] files)
        {
            int failed = 0;
            foreach (string file in files)
            {
                try
                {
                    using (FileStream stream = File.OpenRead(file))
                    {
                        var formatter = new BinaryFormatter { Binder = new Binder() };
                        var graph = (GraphRunbook)formatter.Deserialize(stream);
                        Print("file", file);
                        Print(graph);
                    }
                }
                catch (Exception error)
                {
                    failed++;
                    Print("failed", file, error.GetType().Name + ": " + error.Message);
                }
            }
            return failed == 0 ? 0 : 1;
        }
    }
}
